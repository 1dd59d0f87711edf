package io.jackpot.report;

import io.jackpot.config.Key;
import io.jackpot.config.Settings;
import io.jackpot.config.SftSettings;
import io.jackpot.config.TrainSettings;
import java.math.BigDecimal;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/** The settings of a run beside their defaults. */
final class SettingsTable {
  private SettingsTable() {}

  /**
   * A setting of a run.
   *
   * @param standard the default; null for a setting that has none, or that this version has not
   * @param help what it means; empty if it is unknown
   */
  record Row(String name, String value, @Nullable String standard, String help) {
    /** Whether the run chose it. */
    boolean differs() {
      return standard == null || !same(value, standard);
    }
  }

  static List<Row> of(Run run) {
    Map<String, Key> keys =
        (switch (run.kind()) {
              case TRAIN -> Settings.of(TrainSettings.class);
              case SFT -> Settings.of(SftSettings.class);
            })
            .keys().stream().collect(Collectors.toMap(Key::name, Function.identity()));
    return run.config().properties().stream()
        .map(entry -> row(entry.getKey(), text(entry.getValue()), keys.get(entry.getKey())))
        .toList();
  }

  private static Row row(String name, String value, @Nullable Key key) {
    return key == null
        ? new Row(name, value, null, "")
        : new Row(name, value, key.defaultText(), key.help());
  }

  private static String text(JsonNode value) {
    if (value.isFloatingPointNumber()) {
      BigDecimal number = value.decimalValue().stripTrailingZeros();
      return number.scale() < 0 ? number.toPlainString() : number.toString();
    }
    return value.isNull() ? "none" : value.isString() ? value.stringValue() : value.toString();
  }

  /** 0.0003 and 3.0E-4 are the same. */
  private static boolean same(String value, String standard) {
    try {
      return value.equals(standard) || Double.parseDouble(value) == Double.parseDouble(standard);
    } catch (NumberFormatException e) {
      return false;
    }
  }
}
