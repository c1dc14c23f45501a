"""Listings' own pages: what they tell beyond a search's row, which are worth their price, photos.

All of it pure; `resources/providers` asks for the pages, `collecting` decides with these rules.
"""
