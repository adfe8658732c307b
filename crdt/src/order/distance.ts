/** How far it is from one place to another, as the crow flies. */

/** Degrees, north and east. */
export interface Position {
  readonly lat: number;
  readonly lon: number;
}

/** The mean radius of the Earth (IUGG, WGS 84); a sphere of it is wrong by at most half a percent. */
const EARTH_RADIUS_KM = 6_371.0088;

/**
 * Great-circle distance by the haversine formula, which stays exact for places that are near each
 * other (R. W. Sinnott, "Virtues of the Haversine", Sky and Telescope 68, 1984, p. 159).
 */
export function distanceKm(a: Position, b: Position): number {
  const lat = radians(b.lat - a.lat) / 2;
  const lon = radians(b.lon - a.lon) / 2;
  const h = Math.sin(lat) ** 2 + Math.cos(radians(a.lat)) * Math.cos(radians(b.lat)) * Math.sin(lon) ** 2;
  // Rounding can bring it a hair above one where two places are opposite each other.
  return 2 * EARTH_RADIUS_KM * Math.asin(Math.min(1, Math.sqrt(h)));
}

function radians(degrees: number): number {
  return (degrees * Math.PI) / 180;
}
