import math

import numpy as np
from numpy.typing import ArrayLike, NDArray

# Mean radius (IUGG); the earth is not a ball, so distances are right within half a percent.
EARTH_RADIUS_KM = 6371.0088


def haversine_km(lat_a: float, lon_a: float, lat_b: float, lon_b: float) -> float:
    """The way over the ground between two points in degrees, in kilometres."""
    phi_a, phi_b = math.radians(lat_a), math.radians(lat_b)
    chord = (
        math.sin((phi_b - phi_a) / 2) ** 2
        + math.cos(phi_a) * math.cos(phi_b) * math.sin(math.radians(lon_b - lon_a) / 2) ** 2
    )
    # Rounding can lift the chord of antipodes a hair above 1.
    return 2 * EARTH_RADIUS_KM * math.asin(math.sqrt(min(1.0, chord)))


def haversine_km_array(lat_a: ArrayLike, lon_a: ArrayLike, lat_b: ArrayLike, lon_b: ArrayLike) -> NDArray[np.float64]:
    """The same for arrays that broadcast together; NaN coordinates give NaN distances."""
    phi_a, phi_b = np.radians(np.asarray(lat_a, dtype=float)), np.radians(np.asarray(lat_b, dtype=float))
    turn = np.radians(np.asarray(lon_b, dtype=float) - np.asarray(lon_a, dtype=float))
    chord = np.sin((phi_b - phi_a) / 2) ** 2 + np.cos(phi_a) * np.cos(phi_b) * np.sin(turn / 2) ** 2
    return 2 * EARTH_RADIUS_KM * np.arcsin(np.sqrt(np.minimum(1.0, chord)))
