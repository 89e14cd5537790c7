from typing import Any

from django.http import HttpResponse
from django.shortcuts import redirect


def see_other(to: str, *args: Any) -> HttpResponse:
    """After something was done: go and look there, by GET."""
    response = redirect(to, *args)
    response.status_code = 303
    return response
