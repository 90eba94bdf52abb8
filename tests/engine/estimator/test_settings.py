"""Settings as parameters: what scikit-learn does with parameters works for those that differ by variant."""

from __future__ import annotations

import pytest
from sklearn.base import clone
from sklearn.model_selection import ParameterGrid

from engine import Autoencoder


def test_settings_of_a_variant_are_parameters_beside_the_others() -> None:
    made = Autoencoder("variational", epochs=3, latent_dim=8)
    found = made.get_params()
    assert (found["variant"], found["epochs"], found["latent_dim"], found["name"]) == ("variational", 3, 8, "")
    assert "hidden_dim" not in found


def test_a_clone_has_them_and_no_run() -> None:
    made = clone(Autoencoder("variational", latent_dim=8).set_params(beta=0.5))
    assert made.get_params()["beta"] == 0.5
    assert "latent_dim=8" in repr(made)


def test_a_grid_can_go_over_variants_with_settings_of_their_own() -> None:
    grid = ParameterGrid([{"variant": ["vanilla"], "hidden_dim": [2, 4]}, {"variant": ["vq"], "entries": [8]}])
    assert [Autoencoder().set_params(**params).variant for params in grid] == ["vanilla", "vanilla", "vq"]


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("latent_dims", "perhaps latent_dim is meant"),
        ("seed", "it is called random_state here"),
        ("normal", "items of that class alone"),
        ("x", "no autoenc"),
    ],
)
def test_a_setting_that_none_has_is_refused_at_once(name: str, told: str) -> None:
    with pytest.raises(TypeError, match=told):
        Autoencoder(**{name: 3})
    with pytest.raises(ValueError, match=told):
        Autoencoder().set_params(**{name: 3})


def test_a_setting_of_another_variant_is_refused_by_fit() -> None:
    with pytest.raises(ValueError, match=r"latent_dim.*there is no such setting"):
        Autoencoder("vanilla", latent_dim=3).fit([[0.0, 1.0], [1.0, 0.0]])
