package io.jackpot.problems;

import dev.hardwood.InputFile;
import io.jackpot.input.InputFiles;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * The bytes of a Parquet file, with checks against damaged metadata. Ranges outside the file are
 * refused, and so are empty ranges, which a page longer than its column makes the reader request
 * endlessly. The bytes are copies: the reader's threads and native decoders may outlive it, and
 * truncating a mapped file would crash the process.
 */
final class ParquetBytes implements InputFile {
  private final Path file;
  private @Nullable FileChannel channel;

  ParquetBytes(Path file) {
    this.file = file;
  }

  /** Checks the metadata, too, which is what the library reads first. */
  @Override
  public void open() throws IOException {
    channel = InputFiles.channel(file);
    ParquetStructs.checkFooter(this);
  }

  /** Reads into memory outside of the heap, as the decoders of some codecs require. */
  @Override
  public ByteBuffer readRange(long offset, int length) throws IOException {
    if (offset < 0 || length <= 0 || offset > length() - length) {
      throw new IOException(
          "damaged: bytes %d to %d of %d".formatted(offset, offset + length, length()));
    }
    ByteBuffer bytes = ByteBuffer.allocateDirect(length);
    while (bytes.hasRemaining()) {
      if (opened().read(bytes, offset + bytes.position()) < 0) {
        throw new IOException("it has become shorter");
      }
    }
    return bytes.flip();
  }

  private FileChannel opened() throws IOException {
    FileChannel open = channel;
    if (open == null) {
      throw new ClosedChannelException();
    }
    return open;
  }

  @Override
  public long length() throws IOException {
    return opened().size();
  }

  @Override
  public String name() {
    return file.toString();
  }

  @Override
  public void close() throws IOException {
    if (channel != null) {
      channel.close();
    }
  }
}
