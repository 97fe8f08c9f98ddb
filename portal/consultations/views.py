"""The blueprint of an entrepreneur's pages about consultations; their rooms put their views on it."""

from flask import Blueprint

blueprint = Blueprint("consultations", __name__)
