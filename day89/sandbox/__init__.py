"""Restrict a process of ours before it runs untrusted code.

Used for submissions (``day89.course.boundary``) and for the scripts of instances (``day89.cloud``). Each room takes one
thing away: files (Landlock), system calls (seccomp), memory and time (resource limits), powers (capabilities, the
user), connections. Linux, without any privilege; nothing here imports anything else of day89.
"""
