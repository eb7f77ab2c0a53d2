"""How many people live in each region: an optional table, so that counts can be told per person."""

from __future__ import annotations

from pathlib import Path

from pydantic import Field

from shared.domain.document import Value
from shared.tables import read_csv


class Population(Value):
    """Inhabitants by region. `year` is that of the figures, 0 when the department has none."""

    year: int = 0
    regions: dict[str, int] = Field(default_factory=dict)

    def per_100_000(self, region: str, number: int) -> int | None:
        """Return a count for each 100,000 inhabitants, rounded; None when it cannot be told."""
        people = self.regions.get(region)
        return round(100_000 * number / people) if people else None


def read_population(file: Path) -> Population:
    """Return the table `region,population,year,source`; an empty one when there is no file.

    Raise Misconfigured with the line that is wrong: rates of several years cannot be compared.
    """
    if not file.exists():
        return Population()
    regions: dict[str, int] = {}
    years: set[str] = set()
    for row in read_csv(file, ("region", "population", "year", "source")):
        people, year = row["population"], row["year"]
        if not (people.isdecimal() and int(people) > 0):
            raise row.fault(f"{people!r} is not a number of inhabitants")
        if not (year.isdecimal() and len(year) == 4):
            raise row.fault(f"{year!r} is not a year")
        years.add(year)
        if len(years) > 1:
            raise row.fault("all lines must be of one year")
        if row["region"] in regions:
            raise row.fault(f"region {row['region']} stands twice")
        regions[row["region"]] = int(people)
    return Population(year=int(years.pop()) if years else 0, regions=regions)
