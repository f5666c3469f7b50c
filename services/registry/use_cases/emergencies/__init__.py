"""Emergency access: opened for one resident and a while, and looked at afterwards."""
