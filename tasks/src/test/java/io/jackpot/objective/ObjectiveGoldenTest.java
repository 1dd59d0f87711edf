package io.jackpot.objective;

import static org.assertj.core.api.Assertions.assertThat;

import io.jackpot.objective.Correction.Level;
import io.jackpot.objective.ObjectiveOptions.Aggregation;
import io.jackpot.objective.ObjectiveOptions.MaskMode;
import io.jackpot.objective.ObjectiveOptions.Normalizer;
import io.jackpot.objective.ObjectiveOptions.Target;
import io.jackpot.objective.ObjectiveResult.Metrics;
import io.jackpot.tensor.Distillation.Direction;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.OptionalDouble;
import java.util.TreeSet;
import org.assertj.core.api.SoftAssertions;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * The objective against PyTorch in double precision, see {@code bench/peers/objective_golden.py}.
 * It covers every pair of option values, baselines, corrections of whole sequences, aggregation,
 * metrics and {@link Extensions}; {@code explain}'s golden cases cover what starts at logits.
 */
class ObjectiveGoldenTest {
  /** Of each number; exp and the order of a sum differ in the last bits. */
  private static final double RELATIVE = 1e-12;

  /** For losses whose terms, of the order of 1, cancel. */
  private static final double ABSOLUTE = 1e-15;

  /** A ratio whose denominator is 0 is the largest double, so that no weight of 0 makes it NaN. */
  private static final double SATURATED = 1e307;

  @Test
  void everyValueIsThatOfPyTorch() throws IOException {
    SoftAssertions soft = new SoftAssertions();
    List<TokenBatch> batches = new ArrayList<>();
    int cases = 0;
    for (JsonNode line : golden()) {
      if (line.has("batch") && line.size() == 1) {
        batches.add(batch(line.get("batch")));
        continue;
      }
      cases++;
      int index = line.get("batch").intValue();
      ObjectiveOptions options = options(line.get("options"));
      ObjectiveResult result = Objective.evaluate(options, batches.get(index));
      compare(soft, index + " " + line.get("options"), result, line.get("expected"));
      if (options.mask() == MaskMode.BERNOULLI) {
        soft.assertThat(result.mask())
            .as("%s: mask", line.get("options"))
            .isEqualTo(numbers(line.get("expected").get("mask")));
      }
    }
    assertThat(batches).hasSize(9);
    assertThat(cases).isEqualTo(149);
    soft.assertAll();
  }

  private static List<JsonNode> golden() throws IOException {
    try (BufferedReader lines =
        new BufferedReader(
            new InputStreamReader(
                Objects.requireNonNull(
                    ObjectiveGoldenTest.class.getResourceAsStream("golden.jsonl")),
                StandardCharsets.UTF_8))) {
      return lines.lines().map(JsonMapper.shared()::readTree).toList();
    }
  }

  private static TokenBatch batch(JsonNode b) {
    return new TokenBatch(
        numbers(b.get("logInf")),
        numbers(b.get("logRef")),
        numbers(b.get("logNew")),
        numbers(b.get("actorLogRef")),
        numbers(b.get("actorLogNew")),
        numbers(b.get("advantage")),
        new Uniforms.Given(numbers(b.get("uniform"))),
        numbers(b.get("zTopK")),
        numbers(b.get("zExact")),
        numbers(b.get("divergence")),
        integers(b.get("sequence")),
        new TokenBatch.Beside(
            integers(b.get("lossMask")),
            numbers(b.get("entropy")),
            numbers(b.get("logReference")),
            numbers(b.get("referenceKl"))));
  }

  private static ObjectiveOptions options(JsonNode o) {
    return new ObjectiveOptions(
        o.get("lambda").doubleValue(),
        constant(Target.class, o.get("target")),
        optional(o.get("clipLow")),
        optional(o.get("clipHigh")),
        optional(o.get("c1")).orElse(Double.POSITIVE_INFINITY),
        optional(o.get("c2")).orElse(Double.POSITIVE_INFINITY),
        1,
        constant(Normalizer.class, o.get("normalizer")),
        constant(MaskMode.class, o.get("mask")),
        weighting(o.get("policyWeighting")),
        correction(o.get("actorCorrection")),
        o.get("distillCoefficient").doubleValue(),
        Direction.FORWARD,
        constant(Aggregation.class, o.get("aggregation")),
        new Extensions(
            constant(Extensions.RatioLevel.class, o.get("ratioLevel")),
            optional(o.get("dualClip")),
            false,
            o.get("entropyCoefficient").doubleValue(),
            reference(o.get("reference"))));
  }

  private static Extensions.@Nullable ReferenceKl reference(JsonNode r) {
    return r.isNull()
        ? null
        : new Extensions.ReferenceKl(
            r.get("coefficient").doubleValue(),
            constant(Extensions.KlEstimator.class, r.get("estimator")),
            false);
  }

  private static PolicyWeighting weighting(JsonNode w) {
    return switch (w.get("type").stringValue()) {
      case "obrs" -> new PolicyWeighting.Obrs();
      case "tis-z" -> new PolicyWeighting.TisTimesZ(w.get("cap").doubleValue());
      default ->
          new PolicyWeighting.Corrected(Objects.requireNonNull(correction(w.get("correction"))));
    };
  }

  private static @Nullable Correction correction(JsonNode f) {
    if (f.isNull()) {
      return null;
    }
    return switch (f.get("type").stringValue()) {
      case "none" -> new Correction.None();
      case "identity" -> new Correction.Identity(level(f));
      case "truncated" -> new Correction.Truncated(f.get("cap").doubleValue(), level(f));
      default ->
          new Correction.IcePop(f.get("low").doubleValue(), f.get("high").doubleValue(), level(f));
    };
  }

  private static Level level(JsonNode f) {
    return constant(Level.class, f.get("level"));
  }

  private static <E extends Enum<E>> E constant(Class<E> type, JsonNode name) {
    return Enum.valueOf(type, name.stringValue().toUpperCase(Locale.ROOT).replace('-', '_'));
  }

  private static OptionalDouble optional(JsonNode x) {
    return x.isNull() ? OptionalDouble.empty() : OptionalDouble.of(x.doubleValue());
  }

  private static int[] integers(JsonNode array) {
    return array.valueStream().mapToInt(JsonNode::intValue).toArray();
  }

  private static double[] numbers(JsonNode array) {
    return array.valueStream().mapToDouble(ObjectiveGoldenTest::number).toArray();
  }

  /** Infinities are strings. */
  private static double number(JsonNode x) {
    return x.isString() ? Double.parseDouble(x.stringValue()) : x.doubleValue();
  }

  private static void compare(
      SoftAssertions soft, String name, ObjectiveResult result, JsonNode expected) {
    Map<String, double[]> columns =
        Map.ofEntries(
            Map.entry("acceptProbability", result.acceptProbability()),
            Map.entry("mask", result.mask()),
            Map.entry("z", result.z()),
            Map.entry("obrsWeight", result.obrsWeight()),
            Map.entry("rho", result.rho()),
            Map.entry("ratio", result.ratio()),
            Map.entry("ppo", result.ppo()),
            Map.entry("actorWeight", result.actorWeight()),
            Map.entry("actorPpo", result.actorPpo()),
            Map.entry("policyCoefficient", result.policyCoefficient()),
            Map.entry("actorCoefficient", result.actorCoefficient()),
            Map.entry("distillWeight", result.distillWeight()),
            Map.entry("entropyWeight", result.beside().entropyWeight()),
            Map.entry("referenceWeight", result.beside().referenceWeight()));
    ObjectiveResult.Beside beside = result.beside();
    Metrics metrics = result.metrics();
    Map<String, Double> scalars =
        Map.ofEntries(
            Map.entry("acceptance", result.acceptance()),
            Map.entry("kappa", result.kappa()),
            Map.entry("policyLoss", result.policyLoss()),
            Map.entry("actorLoss", result.actorLoss()),
            Map.entry("distillLoss", result.distillLoss()),
            Map.entry("totalLoss", result.totalLoss()),
            Map.entry("lossTokens", (double) beside.lossTokens()),
            Map.entry("entropyLoss", beside.entropyLoss()),
            Map.entry("referenceKl", beside.referenceKl()),
            Map.entry("referenceKlLoss", beside.referenceKlLoss()),
            Map.entry("dualClipShare", beside.dualClipShare()),
            Map.entry("ratioMin", beside.ratioMin()),
            Map.entry("ratioMax", beside.ratioMax()),
            Map.entry("zMean", metrics.zMean()),
            Map.entry("weightMean", metrics.weightMean()),
            Map.entry("weightMax", metrics.weightMax()),
            Map.entry("effectiveSampleSize", metrics.effectiveSampleSize()),
            Map.entry("weightZeroShare", metrics.weightZeroShare()),
            Map.entry("weightCapShare", metrics.weightCapShare()),
            Map.entry("clipShareLow", metrics.clipShareLow()),
            Map.entry("clipShareHigh", metrics.clipShareHigh()),
            Map.entry("actorClipShare", metrics.actorClipShare()),
            Map.entry("zAboveBound", metrics.zAboveBound()));
    columns.forEach((column, found) -> {
      double[] numbers = numbers(expected.get(column));
      soft.assertThat(found).as("%s: %s", name, column).hasSameSizeAs(numbers);
      for (int t = 0; t < found.length; t++) {
        check(soft, name + ": " + column + "[" + t + "]", found[t], numbers[t]);
      }
    });
    scalars.forEach(
        (scalar, found) -> check(soft, name + ": " + scalar, found, number(expected.get(scalar))));
    soft.assertThat(result.nothingAccepted())
        .as("%s: nothingAccepted", name)
        .isEqualTo(expected.get("nothingAccepted").booleanValue());
    TreeSet<String> compared = new TreeSet<>(columns.keySet());
    compared.addAll(scalars.keySet());
    compared.add("nothingAccepted");
    soft.assertThat(compared).as(name).isEqualTo(new TreeSet<>(expected.propertyNames()));
  }

  private static void check(SoftAssertions soft, String name, double found, double expected) {
    boolean same =
        Double.isInfinite(expected)
            ? found * Math.signum(expected) > SATURATED
            : Math.abs(found - expected) <= RELATIVE * Math.abs(expected) + ABSOLUTE;
    soft.assertThat(same).as("%s: %s, expected %s", name, found, expected).isTrue();
  }
}
