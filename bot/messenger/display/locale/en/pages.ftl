pages-overview = What the articles say:
pages-not-told = The articles do not tell.
pages-nearest = This comes closest:
pages-closest = The closest passages:
pages-carried = the earliest of { $count } that carried it
pages-sources = { $count ->
    [one] { $count } article is indexed:
   *[other] { $count } articles are indexed, newest first:
}
pages-no-sources = No articles are indexed yet.
pages-more = … and { $count } more.
pages-latest = Newest articles:
pages-place = Page { $page } of { $count }
pages-withdrawn = This article has since been withdrawn or replaced, so I no longer quote from it.
pages-gone = This article is no longer in the index, so I cannot show the passage.
pages-other-sources = Other sources:
pages-carriers = { $count ->
    [0] No other source says this.
    [one] { $count } other article carried the same words.
   *[other] { $count } other articles carried the same words.
}
pages-carriers-named = The same words were also carried by:
