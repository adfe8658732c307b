/** Reading ahead: the next page is on its way while this one is worked on, so that Postgres and this process both have work. */

/**
 * The pages of something long, one after the other, until one is not full.
 *
 * @param read what follows a row; undefined asks for the first page
 * @param size of a full page
 */
export async function* pagesOf<Row>(
  read: (after: Row | undefined) => Promise<Row[]>,
  size: number,
): AsyncGenerator<Row[], void, void> {
  const ahead = (after: Row | undefined) => {
    const page = read(after);
    // It may fail before anybody waits for it, or where nobody does any more; who waits still hears of it.
    page.catch(() => undefined);
    return page;
  };
  let coming: Promise<Row[]> | undefined = ahead(undefined);
  while (coming !== undefined) {
    const page: Row[] = await coming;
    coming = page.length < size ? undefined : ahead(page.at(-1));
    yield page;
  }
}
