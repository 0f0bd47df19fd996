"""What ``mkdocs.yml`` names as its hook; MkDocs loads it by path, so the work stands in the package."""

from palermo.site import on_config, on_env, on_files, on_page_markdown, on_post_build, on_startup

__all__ = ["on_config", "on_env", "on_files", "on_page_markdown", "on_post_build", "on_startup"]
