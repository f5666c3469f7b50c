"""What is measured, side by side with what.

Owns the harness and its reference contestants; refuses to judge across runs. Every figure is a
ratio of two things measured in one run, in short alternating rounds, so that a busy machine hits
both alike.
"""
