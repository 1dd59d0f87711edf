package io.jackpot.weights;

import io.jackpot.tokenizer.Pipeline;
import java.nio.file.Path;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.SequencedSet;
import org.jspecify.annotations.Nullable;

/** A byte pair encoding tokenizer from a {@code tokenizer.json}. */
final class BpeTokenizer implements Tokenizer {
  private final Pipeline pipeline;
  private final SpecialIds special;
  private final SequencedSet<Integer> endIds;
  private final byte[] file;
  private final Map<String, byte[]> companions;

  /**
   * @param file the {@code tokenizer.json}
   */
  BpeTokenizer(
      Pipeline pipeline,
      SpecialIds special,
      SequencedSet<Integer> endIds,
      byte[] file,
      Map<String, byte[]> companions) {
    this.pipeline = pipeline;
    this.special = special;
    this.endIds = endIds;
    this.file = file;
    this.companions = companions;
  }

  @Override
  public int[] encodePlain(String text) {
    return pipeline.encode(text);
  }

  @Override
  public boolean hasEveryByte() {
    return pipeline.hasEveryByte();
  }

  @Override
  public long unknownBytes(String text) {
    return pipeline.unknownBytes(text);
  }

  @Override
  public @Nullable String unknownToken() {
    return pipeline.unknownToken();
  }

  @Override
  public int[] withSpecialIds(int[] plain) {
    return special.around(plain);
  }

  @Override
  public String decode(int[] ids, int from, int to) {
    return pipeline.decode(ids, from, to);
  }

  @Override
  public int vocabularySize() {
    return pipeline.size();
  }

  @Override
  public SequencedSet<Integer> endIds() {
    return new LinkedHashSet<>(endIds);
  }

  @Override
  public void save(Path path) {
    AtomicFiles.writeAtomically(path, out -> out.write(file));
  }

  @Override
  public long savedBytes() {
    return file.length + Tokenizer.super.savedBytes();
  }

  @Override
  public Map<String, byte[]> companions() {
    return companions;
  }
}
