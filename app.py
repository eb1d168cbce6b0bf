"""Start the page: ``python app.py``. Hugging Face Spaces and ``gradio app.py`` find ``demo`` here."""

from app.main import build_app, run
from app.settings import read_settings

settings = read_settings()
demo = build_app(settings)

if __name__ == "__main__":
    run(demo, settings)
