package io.jackpot.weights;

import io.jackpot.input.InputException;
import io.jackpot.tensor.Shape;
import io.jackpot.transformer.ModelConfig;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** A model in a GGUF file, or in several files written by llama.cpp's gguf-split. */
final class GgufModel implements WeightSource {
  private static final int MOST_PARTS = 1000;
  private static final Pattern PART = Pattern.compile("(.*)-\\d{5}-of-\\d{5}\\.gguf");
  private static final Pattern IN_BLOCK =
      Pattern.compile("blk\\.(\\d{1,6})\\.(\\w+)\\.(weight|bias)");

  private static final Map<String, String> OUTSIDE_OF_BLOCKS =
      Map.of(
          "token_embd.weight", "model.embed_tokens.weight",
          "output_norm.weight", "model.norm.weight",
          "output.weight", "lm_head.weight");

  private static final Map<String, String> OF_A_BLOCK =
      Map.ofEntries(
          Map.entry("attn_norm", "input_layernorm"),
          Map.entry("attn_q", "self_attn.q_proj"),
          Map.entry("attn_k", "self_attn.k_proj"),
          Map.entry("attn_v", "self_attn.v_proj"),
          Map.entry("attn_output", "self_attn.o_proj"),
          Map.entry("attn_q_norm", "self_attn.q_norm"),
          Map.entry("attn_k_norm", "self_attn.k_norm"),
          Map.entry("ffn_norm", "post_attention_layernorm"),
          Map.entry("ffn_gate", "mlp.gate_proj"),
          Map.entry("ffn_up", "mlp.up_proj"),
          Map.entry("ffn_down", "mlp.down_proj"));

  private final Path file;
  private final List<Gguf> parts = new ArrayList<>();
  private final Map<String, StoredTensor> tensors = new LinkedHashMap<>();
  private final ModelConfig config;

  private GgufModel(Path file) {
    this.file = file;
    boolean opened = false;
    try {
      parts.add(Gguf.open(file));
      openOtherParts();
      Map<String, StoredTensor> stored = new LinkedHashMap<>();
      for (Gguf part : parts) {
        for (String name : part.names()) {
          if (stored.put(name, part.stored(name)) != null) {
            throw MappedFile.bad(file, "tensor " + name + " is in two files of the model");
          }
        }
      }
      GgufConfig settings = new GgufConfig(file, metadata(), stored);
      config = settings.model();
      stored.forEach((name, tensor) -> add(name, tensor, settings.interleaved()));
      opened = true;
    } finally {
      if (!opened) {
        close();
      }
    }
  }

  /**
   * Opens a model.
   *
   * @param file the model, or its first file
   * @throws InputException if it is missing, damaged or not supported
   */
  static GgufModel open(Path file) {
    return new GgufModel(file);
  }

  private void openOtherParts() {
    Object count = metadata().getOrDefault("split.count", 0L);
    if (!(count instanceof Long number) || number < 0 || number > MOST_PARTS) {
      throw MappedFile.bad(file, "split.count: found " + count + ", expected up to " + MOST_PARTS);
    }
    if (number < 2) {
      return;
    }
    Matcher name = PART.matcher(file.getFileName().toString());
    if (!name.matches() || !Long.valueOf(0).equals(metadata().get("split.no"))) {
      throw MappedFile.bad(
          file,
          "one of %d files of a model, expected the first, named …-00001-of-%05d.gguf"
              .formatted(number, number));
    }
    for (long part = 2; part <= number; part++) {
      parts.add(
          Gguf.open(
              file.resolveSibling("%s-%05d-of-%05d.gguf".formatted(name.group(1), part, number))));
    }
  }

  private void add(String ggufName, StoredTensor tensor, boolean interleaved) {
    Matcher inBlock = IN_BLOCK.matcher(ggufName);
    String name = OUTSIDE_OF_BLOCKS.get(ggufName);
    if (inBlock.matches() && OF_A_BLOCK.containsKey(inBlock.group(2))) {
      name =
          "model.layers.%s.%s.%s"
              .formatted(inBlock.group(1), OF_A_BLOCK.get(inBlock.group(2)), inBlock.group(3));
    }
    if (name == null) {
      // GgufConfig reads the rotary frequencies; other names are kept for the error about them.
      if (!ggufName.equals("rope_freqs.weight") && !ggufName.endsWith(".attn_rot_embd.weight")) {
        tensors.put(ggufName, tensor);
      }
      return;
    }
    int heads = name.contains("q_proj") ? config.heads() : config.kvHeads();
    boolean rotary = name.contains("q_proj") || name.contains("k_proj");
    boolean fits = tensor.shape().rank() > 0 && tensor.shape().dim(0) == heads * config.headDim();
    if (interleaved && rotary && fits) {
      tensor = new StoredTensor(tensor.shape(), tensor.encoding(), tensor.bytes(), heads);
    }
    tensors.put(name, tensor);
  }

  ModelConfig config() {
    return config;
  }

  Map<String, Object> metadata() {
    return parts.getFirst().metadata();
  }

  /** The tokenizer in a file's metadata; null if it has none. */
  static @Nullable Tokenizer tokenizer(Map<String, Object> metadata, Path file) {
    return metadata.containsKey("tokenizer.ggml.model")
        ? Tokenizers.fromGguf(metadata, file.toString())
        : null;
  }

  @Override
  public Set<String> names() {
    return Collections.unmodifiableSet(tensors.keySet());
  }

  @Override
  public Shape shape(String name) {
    return stored(name).shape();
  }

  @Override
  public StoredTensor stored(String name) {
    StoredTensor tensor = tensors.get(name);
    if (tensor == null) {
      throw MappedFile.bad(
          file, "no tensor for " + name + ", which its settings ask for; get the file again");
    }
    return tensor;
  }

  @Override
  public void close() {
    parts.forEach(Gguf::close);
  }
}
