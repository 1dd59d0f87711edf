package io.jackpot.problems;

import dev.hardwood.internal.metadata.PageHeader;
import dev.hardwood.internal.thrift.PageHeaderReader;
import dev.hardwood.internal.thrift.ThriftCompactReader;
import dev.hardwood.metadata.ColumnChunk;
import dev.hardwood.metadata.FileMetaData;
import dev.hardwood.metadata.RowGroup;
import io.jackpot.input.InputException;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.function.Predicate;

/**
 * Checks what the pages of a Parquet file expand to before any of them is, by their headers: the
 * library allocates what a header says.
 */
final class ParquetPages {
  /** Longer than nearly all headers; the statistics in one may be long texts. */
  private static final int HEADER = 1 << 12;

  /** A page has an integer for its level and one for its place in a dictionary, for each value. */
  private static final int BYTES_PER_VALUE = 8;

  private ParquetPages() {}

  /**
   * @param file open
   * @param wanted the columns that will be read
   * @return what all pages of these columns expand to, in bytes
   * @throws InputException if a page or a column of a row group expands to too much
   * @throws IOException if a header is damaged
   */
  static long check(
      ParquetBytes file, FileMetaData metadata, Predicate<String> wanted, DataLimits limits)
      throws IOException {
    long all = 0;
    for (RowGroup group : metadata.rowGroups()) {
      for (ColumnChunk chunk : group.columns()) {
        String column = chunk.metaData().pathInSchema().elements().getFirst();
        if (wanted.test(column)) {
          all += check(file, chunk, file.name() + ", column " + column, limits);
        }
      }
    }
    return all;
  }

  private static long check(ParquetBytes file, ColumnChunk chunk, String where, DataLimits limits)
      throws IOException {
    long at = chunk.chunkStartOffset();
    long end = at + chunk.metaData().totalCompressedSize();
    long all = 0;
    while (at < end) {
      int length = (int) Math.min(HEADER, end - at);
      PageHeader header = null;
      while (header == null) {
        ByteBuffer bytes = file.readRange(at, length);
        ThriftCompactReader reader = new ThriftCompactReader(bytes);
        try {
          ParquetStructs.check(bytes, where);
          header = PageHeaderReader.read(reader);
          at += reader.getBytesRead() + (long) header.compressedPageSize();
        } catch (EOFException e) {
          if (length == end - at) {
            throw e;
          }
          length = (int) Math.min(16L * length, Math.min(end - at, Integer.MAX_VALUE - 8));
        }
      }
      long bytes = header.uncompressedPageSize() + BYTES_PER_VALUE * values(header);
      if (header.compressedPageSize() < 0 || bytes < 0) {
        throw new IOException("damaged: a page of negative size");
      }
      long heap = Runtime.getRuntime().maxMemory();
      if (bytes > heap / 2) {
        throw new InputException(
            "%s: a page expands to %,d MiB, more than half of the heap of %,d MiB; if the file is to be trusted, give it more with JACKPOT_JAVA_OPTS=-Xmx%dg"
                .formatted(where, bytes >> 20, heap >> 20, Math.ceilDiv(4 * bytes, 1L << 30)));
      }
      all += bytes;
      limits.checkExpanded(where, all);
    }
    return all;
  }

  private static long values(PageHeader header) {
    if (header.dataPageHeader() != null) {
      return header.dataPageHeader().numValues();
    }
    if (header.dataPageHeaderV2() != null) {
      return header.dataPageHeaderV2().numValues();
    }
    return header.dictionaryPageHeader() == null ? 0 : header.dictionaryPageHeader().numValues();
  }
}
