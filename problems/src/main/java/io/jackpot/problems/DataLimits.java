package io.jackpot.problems;

import io.jackpot.input.InputException;

/**
 * What the files of data may cost, so that a damaged or hostile one is refused and does not fill
 * memory or run forever.
 *
 * @param rowBytes the longest row: a line, an element of a JSON array, a row of Parquet
 * @param rows the most rows of a file
 * @param expandedBytes the most that a compressed file, or a page and a column of a Parquet file's
 *     row group, may expand to
 */
public record DataLimits(long rowBytes, long rows, long expandedBytes) {
  /** The limits unless others are set. */
  public static final DataLimits DEFAULT = new DataLimits(32L << 20, 10_000_000, 4096L << 20);

  InputException longRow(String where) {
    return new InputException(
        "%s: a row of more than %,d MiB; --max-row-megabytes allows longer ones"
            .formatted(where, rowBytes >> 20));
  }

  void checkRow(String where, long bytes) {
    if (bytes > rowBytes) {
      throw longRow(where);
    }
  }

  void checkRows(Object file, long count) {
    if (count > rows) {
      throw new InputException(
          "%s: more than %,d rows; --max-rows allows more".formatted(file, rows));
    }
  }

  void checkExpanded(Object where, long bytes) {
    if (bytes > expandedBytes) {
      throw new InputException(
          "%s: expands to more than %,d MiB; --max-expanded-megabytes allows more"
              .formatted(where, expandedBytes >> 20));
    }
  }
}
