"""What an MCP client finds beside the tools: the measured tables as resources, and two ways to ask as prompts.

They are there only where MCP is switched on (``FIREBERT_MCP``); the tools are the page's endpoints.
"""

import gradio as gr

from app.benchmark import file_of, tables
from app.boundary import declare
from core.strict_json import to_json

TABLES = "robustness://tables"
"""As plain text: Gradio takes any other kind for base64."""


def register() -> None:
    """Declare them inside the page's context."""
    gr.mcp.resource(TABLES)(list_of_tables)
    gr.mcp.resource(TABLES + "/{table}")(measured_table)
    for prompt in (fooled_how, answer_why):
        gr.mcp.prompt(name=prompt.__name__)(prompt)
    for handler in (list_of_tables, measured_table, fooled_how, answer_why):
        declare(handler, queue=False)


def list_of_tables() -> str:
    """The measured tables that ship: their names and titles, as JSON."""
    return to_json({name: table.title for name, table in tables().items()})


def measured_table(table: str) -> str:
    """A measured table that ships, as JSON: values, 95 % intervals, n, commands, paired comparisons.

    Args:
        table: Its name, such as defended-mnli; robustness://tables lists all.
    """
    return file_of(table)


def fooled_how(text: str, task: str = "imdb") -> str:
    """Ask how a text's classification can be turned round, and which defence holds.

    Args:
        text: The text, or the premise of a pair.
        task: imdb or mnli.
    """
    return (
        f"With the tools of FireBERT Lab, task {task}: classify the text below, attack it against plain, fuse, five "
        f"and {task}-fact, and say which words were swapped, after how many queries, who was fooled, and whether a "
        f"reader would still give the text its first label. Quote the outcomes' status.\n\n{text}"
    )


def answer_why(text: str, task: str = "imdb") -> str:
    """Ask why a text is classified as it is.

    Args:
        text: The text, or the premise of a pair.
        task: imdb or mnli.
    """
    return (
        f"With the tools of FireBERT Lab, task {task}: explain the text below, look at the neighbours of its two "
        f"most important words with the tool words, and say what the answer hangs on and "
        f"what would change it.\n\n{text}"
    )
