package io.jackpot.transformer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.jackpot.tensor.Ops;
import io.jackpot.tensor.OpsLookup;
import io.jackpot.tensor.Tensor;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Objects;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Logits, losses and gradient norms of PyTorch's models; see bench/peers/transformer_golden.py. */
class GoldenTest {
  private final Ops ops = OpsLookup.open(2);

  private static byte[] resource(String name) throws IOException {
    try (InputStream in = GoldenTest.class.getResourceAsStream("/golden/" + name)) {
      return Objects.requireNonNull(in, name).readAllBytes();
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"qwen2", "qwen3", "llama"})
  void logits(String type) throws IOException {
    Model model = TinyModels.model(type);
    Tensor hidden = new Activations(model).forward(ops, TinyModels.ids(), TinyModels.PACKING);
    Tensor logits = Tensor.zeros(hidden.rows(), TinyModels.VOCABULARY);
    ops.matmulNT(hidden, model.weights().head(), logits, false);
    ByteBuffer golden = ByteBuffer.wrap(resource(type + ".logits")).order(ByteOrder.LITTLE_ENDIAN);
    assertThat(golden.remaining()).isEqualTo(logits.size() * Float.BYTES);
    for (int i = 0; i < logits.size(); i++) {
      assertThat(logits.data()[i]).as("logit " + i).isCloseTo(golden.getFloat(), within(2e-4f));
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"qwen2", "qwen3", "llama"})
  void lossesAndGradientNormsOfTwelveSteps(String type) throws IOException {
    Model model = TinyModels.model(type);
    AdamW optimizer = new AdamW(model.config(), new AdamW.Options(0.9f, 0.95f, 1e-8f, 0.01f, 1));
    NextTokenLoss loss = new NextTokenLoss(ops, model, TinyModels.PACKING, TinyModels.ids());
    String[] lines =
        new String(resource(type + ".steps"), StandardCharsets.UTF_8).strip().split("\n", -1);
    assertThat(lines).hasSize(12);
    for (int step = 0; step < lines.length; step++) {
      String[] golden = lines[step].split(" ", -1);
      double value = loss.forward();
      Parameters gradients = loss.backward();
      double norm = AdamW.norm(ops, gradients);
      assertThat(value)
          .as("loss of step " + step)
          .isCloseTo(Double.parseDouble(golden[0]), within(1e-3));
      assertThat(norm)
          .as("gradient norm of step " + step)
          .isCloseTo(Double.parseDouble(golden[1]), within(1e-3));
      optimizer.update(ops, model.parameters(), gradients, norm, 3e-3f);
    }
  }
}
