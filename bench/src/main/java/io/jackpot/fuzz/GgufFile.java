package io.jackpot.fuzz;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.jackpot.fuzz.Target.Input;
import io.jackpot.weights.ModelFolder;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** A small model as a GGUF file, with lengths, counts, types and offsets changed. */
final class GgufFile {
  static final String FILE = "model.gguf";
  private static final List<String> TOKENS = List.of("a", "b", "c", "ab", "abc", "<e>", "d", "e");
  private static final int ALIGNMENT = 32;

  private final Choices choices;
  private final Bytes out;

  private GgufFile(Choices choices) {
    this.choices = choices;
    // About one of its three hundred numbers.
    this.out = new Bytes(choices, 200);
  }

  static void read(Path folder) {
    ModelFolder.load(folder.resolve(FILE));
  }

  static Input input(Choices choices) {
    byte[] file = new GgufFile(choices).bytes();
    return Input.of(FILE, choices.oneIn(6) ? choices.damaged(file) : file);
  }

  private byte[] bytes() {
    Map<String, int[]> tensors = tensors();
    out.raw("GGUF".getBytes(UTF_8)).int32(3).int64(tensors.size()).int64(15);
    text("general.architecture", "llama");
    number("general.alignment", ALIGNMENT);
    number("llama.embedding_length", 4);
    number("llama.attention.head_count", 2);
    number("llama.attention.head_count_kv", 1);
    number("llama.feed_forward_length", 8);
    number("llama.block_count", 1);
    number("llama.context_length", 64);
    number("llama.rope.dimension_count", 2);
    string("llama.attention.layer_norm_rms_epsilon");
    out.int32(6).int32(choices.oneIn(50) ? choices.edge(0) : Float.floatToIntBits(1e-5f));
    text("tokenizer.ggml.model", "gpt2");
    text("tokenizer.ggml.pre", "smollm");
    string("tokenizer.ggml.tokens");
    out.int32(9).int32(8).int64(TOKENS.size());
    TOKENS.forEach(this::string);
    string("tokenizer.ggml.merges");
    out.int32(9).int32(8).int64(2);
    string("a b");
    string("ab c");
    number("tokenizer.ggml.eos_token_id", 5);
    int offset = 0;
    for (Map.Entry<String, int[]> tensor : tensors.entrySet()) {
      string(tensor.getKey());
      out.int32(tensor.getValue().length);
      int size = 4;
      for (int dim : tensor.getValue()) {
        out.int64(dim);
        size *= dim;
      }
      out.int32(choices.oneIn(100) ? choices.below(40) : 0).int64(offset);
      offset += Math.ceilDiv(size, ALIGNMENT) * ALIGNMENT;
    }
    int padding = Math.ceilDiv(out.size(), ALIGNMENT) * ALIGNMENT - out.size();
    return out.raw(new byte[padding + offset]).done();
  }

  /** The fastest dimension first. */
  private static Map<String, int[]> tensors() {
    Map<String, int[]> tensors = new LinkedHashMap<>();
    tensors.put("token_embd.weight", new int[] {4, TOKENS.size()});
    tensors.put("blk.0.attn_norm.weight", new int[] {4});
    tensors.put("blk.0.attn_q.weight", new int[] {4, 4});
    tensors.put("blk.0.attn_k.weight", new int[] {4, 2});
    tensors.put("blk.0.attn_v.weight", new int[] {4, 2});
    tensors.put("blk.0.attn_output.weight", new int[] {4, 4});
    tensors.put("blk.0.ffn_norm.weight", new int[] {4});
    tensors.put("blk.0.ffn_gate.weight", new int[] {4, 8});
    tensors.put("blk.0.ffn_up.weight", new int[] {4, 8});
    tensors.put("blk.0.ffn_down.weight", new int[] {8, 4});
    tensors.put("output_norm.weight", new int[] {4});
    return tensors;
  }

  private void string(String valid) {
    byte[] bytes = out.utf8(valid);
    out.int64(bytes.length).raw(bytes);
  }

  private void text(String key, String value) {
    string(key);
    out.int32(8);
    string(value);
  }

  private void number(String key, long value) {
    string(key);
    out.int32(4).int32(value);
  }
}
