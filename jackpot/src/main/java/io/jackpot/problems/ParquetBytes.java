package io.jackpot.problems;

import dev.hardwood.InputFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;

/**
 * A file whose reader may be led astray by what the file says: it gets nothing that is not there,
 * and no empty range either, which a page that claims to be longer than its column has it ask for
 * again and again.
 */
final class ParquetBytes implements InputFile {
  private final InputFile file;

  ParquetBytes(Path file) {
    this.file = InputFile.of(file);
  }

  @Override
  public void open() throws IOException {
    file.open();
  }

  @Override
  public ByteBuffer readRange(long offset, int length) throws IOException {
    if (offset < 0 || length <= 0 || offset > length() - length) {
      throw new IOException(
          "damaged: bytes %d to %d of %d".formatted(offset, offset + length, length()));
    }
    return file.readRange(offset, length);
  }

  @Override
  public long length() throws IOException {
    return file.length();
  }

  @Override
  public String name() {
    return file.name();
  }

  @Override
  public void close() throws IOException {
    file.close();
  }
}
