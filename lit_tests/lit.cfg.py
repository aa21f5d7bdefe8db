"""Configuration of lit: `lit lit_tests` runs all tests, with the project installed.

Tools are those beside the interpreter that runs lit, so that one virtual environment
serves both.
"""

import os
import sys

import lit.formats

config.name = "TinyTS"  # noqa: F821  lit provides `config`
config.test_format = lit.formats.ShTest(execute_external=False)  # noqa: F821
config.suffixes = [".mlir"]  # noqa: F821
config.excludes = ["Inputs"]  # noqa: F821
config.test_source_root = os.path.dirname(os.path.abspath(__file__))  # noqa: F821
config.test_exec_root = os.path.join(config.test_source_root, "Output")  # noqa: F821

tools = os.path.dirname(sys.executable)
config.environment["PATH"] = tools + os.pathsep + os.environ["PATH"]  # noqa: F821
config.substitutions.append(("%inputs", config.test_source_root + "/Inputs"))  # noqa: F821
