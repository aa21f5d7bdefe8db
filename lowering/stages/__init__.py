"""Cutting a network into stages: a plain model of it, a simulator, a search.

A stage finishes the tensors that leave it before the next one starts; inside it, slices
run depth first. Nothing here changes IR: `plan-stages` reads a module into the model
and writes the plan that the search finds as attributes.
"""
