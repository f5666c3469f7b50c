"""The verbs of the tasks service: report, blow, dispatch, report in, verify, place, refuse."""
