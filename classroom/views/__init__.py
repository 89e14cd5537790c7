from classroom.views.board import board, override, person
from classroom.views.course import cohort, finish, item, module
from classroom.views.home import home
from classroom.views.refusals import refused
from classroom.views.toolbox import resource, toolbox

__all__ = [
    "board",
    "cohort",
    "finish",
    "home",
    "item",
    "module",
    "override",
    "person",
    "refused",
    "resource",
    "toolbox",
]
