"""Whether a name on the model hub can be found at all: transformers asks again and again for a minute."""

from __future__ import annotations

from pathlib import Path

from formal_envs.errors import ConfigError


def check_name(name: str, kind: str, otherwise: str) -> None:
    """Pass if ``name`` is a folder, or what was downloaded before or the hub has; one request at most.

    Args:
        name: a path or a hub id.
        kind: what is looked for, as errors call it.
        otherwise: a sentence on what can be done instead, without a network, that ends every error.

    Raises:
        ConfigError: it is none of these, or the hub cannot be reached.
    """
    if Path(name).is_dir():
        return
    from huggingface_hub import get_hf_file_metadata, hf_hub_url, try_to_load_from_cache
    from huggingface_hub.errors import (  # type: ignore[attr-defined]  # of HTTPError, which is another package's
        EntryNotFoundError,
        GatedRepoError,
        HFValidationError,
        HTTPError,
        RepositoryNotFoundError,
    )

    missing = f"no {kind} at {name!r}: there is no such folder"
    try:
        if isinstance(try_to_load_from_cache(name, "config.json"), str):
            return
        get_hf_file_metadata(hf_hub_url(name, "config.json"))
    except HFValidationError:
        raise ConfigError(f"{missing}, and a hub has no such names. {otherwise}") from None
    except EntryNotFoundError:
        return  # it is there in another form, that of an adapter for example
    except GatedRepoError as error:
        raise ConfigError(
            f"{missing}, and the model hub lets only some users have it ({_reason(error)}). {otherwise}"
        ) from None
    except RepositoryNotFoundError:
        raise ConfigError(
            f"{missing}, and the model hub has no public model of that name: check the spelling, or log in with "
            f"`hf auth login` if it is a private one. {otherwise}"
        ) from None
    except (HTTPError, OSError) as error:
        raise ConfigError(f"{missing}, and the model hub cannot be reached ({_reason(error)}). {otherwise}") from None


def _reason(error: Exception) -> str:
    return (str(error).strip() or type(error).__name__).splitlines()[0].rstrip(".")
