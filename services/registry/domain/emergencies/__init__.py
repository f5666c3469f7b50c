"""Emergency access (应急查阅): who opens whose record, how long, and who judges it."""
