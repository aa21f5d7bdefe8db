"""`python -m tools.random_graphs SEED -o file.tflite`."""

from pathlib import Path

from tools.random_graphs import OPERATORS, operators_of, random_graph
from tools.user_errors import CommandParser, end_with, error_line


def main() -> None:
    """Write the random graph of a seed to a file."""
    parser = CommandParser(description="Generate a random int8 CNN.")
    parser.add_argument("seed", type=int)
    parser.add_argument("-o", "--output", type=Path, required=True)
    parser.add_argument(
        "--operators",
        nargs="+",
        choices=OPERATORS,
        default=OPERATORS,
        metavar="OPERATOR",
        help="builtin operators that may occur (default: all)",
    )
    arguments = parser.parse_args()
    try:
        model = random_graph(arguments.seed, arguments.operators)
        arguments.output.write_bytes(model)
    except (OSError, ValueError) as error:
        end_with(error_line(error, str(arguments.output)))
    counts = operators_of(model)
    print(", ".join(f"{count} {name}" for name, count in sorted(counts.items())))


if __name__ == "__main__":
    main()
