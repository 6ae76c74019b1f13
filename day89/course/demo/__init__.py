"""Three stories from end to end, on the local cloud or on a real account: train, serve, process.

stories.py    which there are, and how one is played: its steps, then its end, then the proof that nothing is left
train.py serve.py process.py    what each does
setting.py real.py              where it plays; real.py is the only way to an account
stage.py teardown.py proof.py   what it stands on, how that goes again, and what still stands
faults.py                       what can be made to break
trace.py record.py              what happened, as plain data
screen.py page.py drawing.py    draw it, and compute nothing
wheel.py jobs/                  the code that goes to the instances
"""
