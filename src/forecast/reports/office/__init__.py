"""Office forms of a report: Word and PowerPoint from its finished page, Excel from its tables.

`content` reads the page into a plain record, so that no sentence and no number is written twice;
`word` and `slides` write the record, `workbook` the tables. `archive` takes the time of writing out
of all of them: the same report, the same bytes.
"""
