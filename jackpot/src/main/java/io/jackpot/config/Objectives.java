package io.jackpot.config;

import io.jackpot.objective.Correction;
import io.jackpot.objective.ObjectiveOptions;
import io.jackpot.objective.PolicyWeighting;
import java.util.OptionalDouble;
import org.jspecify.annotations.Nullable;

/** The options of the objective that settings ask for. */
final class Objectives {
  private Objectives() {}

  static ObjectiveOptions of(TrainSettings settings) {
    return new ObjectiveOptions(
        settings.lambda() == null ? 1 : settings.lambda(),
        settings.target(),
        optional(settings.clipLow()),
        optional(settings.clipHigh()),
        cap(settings.c1()),
        cap(settings.c2()),
        settings.topK(),
        settings.normalizer(),
        settings.mask(),
        policyWeighting(settings),
        settings.actorLoss() ? actorCorrection(settings) : null,
        settings.distillCoefficient(),
        settings.distillDirection(),
        settings.aggregation(),
        settings.loss().extensions());
  }

  private static OptionalDouble optional(@Nullable Double value) {
    return value == null ? OptionalDouble.empty() : OptionalDouble.of(value);
  }

  private static double cap(@Nullable Double value) {
    return value == null ? Double.POSITIVE_INFINITY : value;
  }

  private static PolicyWeighting policyWeighting(TrainSettings settings) {
    Correction.Level level = settings.correctionLevel();
    return switch (settings.policyCorrection()) {
      case OBRS -> new PolicyWeighting.Obrs();
      case TIS_Z -> new PolicyWeighting.TisTimesZ(settings.policyCap());
      case NONE -> corrected(new Correction.None());
      case IDENTITY -> corrected(new Correction.Identity(level));
      case TRUNCATED -> corrected(new Correction.Truncated(settings.policyCap(), level));
      case ICEPOP ->
          corrected(new Correction.IcePop(settings.policyLow(), settings.policyHigh(), level));
    };
  }

  private static PolicyWeighting corrected(Correction correction) {
    return new PolicyWeighting.Corrected(correction);
  }

  private static Correction actorCorrection(TrainSettings settings) {
    Correction.Level level = settings.correctionLevel();
    return switch (settings.actorCorrection()) {
      case NONE -> new Correction.None();
      case IDENTITY -> new Correction.Identity(level);
      case TRUNCATED -> new Correction.Truncated(settings.actorCap(), level);
      case ICEPOP -> new Correction.IcePop(settings.actorLow(), settings.actorHigh(), level);
    };
  }
}
