"""Rows of text become contacts ready to be merged, or refused rows with a reason (SPEC, Import policy 1-7). Pure."""

from dataclasses import dataclass

import pandas as pd


@dataclass(frozen=True)
class Cleaned:
    """What became of one frame; every row of it is in exactly one of the two.

    `good`, one row a contact, in the file's order:
      line int; kind 'person'|'company'; first_name, last_name, name, title, company, type, temperature, description:
      str or None (`company` is the name of a person's company, `name` that of a company); tags list[str];
      channels list of {"medium": 'email'|'phone'|'web', "kind", "value", "normal", "primary"};
      addresses list of {"kind", "street", "city", "state", "zip", "country", "primary"} (str or None);
      notes list[str]; private bool or None; owner str or None; custom dict of plain JSON values;
      raw list[str] (the cells as they were read).
    `problems`, one row a refused row: line int; column str (heading of the first bad cell, or ""); reason (str() it in
      the person's language); raw list[str].
    """

    good: pd.DataFrame
    problems: pd.DataFrame
