"""From HTML to a tagged PDF, in a process of its own that may be killed at any moment.

The only code that knows WeasyPrint and pikepdf. Its parent side (`process`, `versions`) is plain Python without Django
and without the engine, so that web and worker processes stay small; its child side, started as a program with
`python -m foundation.documents.rendering`, is warm, limited and replaced when it dies. See docs/documents.md.
"""
