"""Mechanisms every service uses and no service owns.

Owns: how a fact is recorded, published, timed, authorised and reported. Refuses to own: any noun of
the business. A payroll team in another company would want each module unchanged.
"""
