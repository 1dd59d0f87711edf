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
import tools.jackson.databind.node.MissingNode;
import tools.jackson.databind.node.ObjectNode;

/** The settings of a run beside their defaults, as tables. */
final class SettingsTable {
  private SettingsTable() {}

  /**
   * A setting of a run.
   *
   * @param standard the default; null for a required setting, or one that this version does not
   *     know
   * @param help its explanation; empty if it is unknown
   */
  record Row(String name, String value, @Nullable String standard, String help) {
    /** Whether the run chose it. */
    boolean differs() {
      return standard == null || !same(value, standard);
    }
  }

  /**
   * The settings that differ from the defaults, and all settings, folded; empty if the run has no
   * settings.
   */
  static String html(Run run) {
    List<Row> rows = of(run);
    if (rows.isEmpty()) {
      return "";
    }
    List<Row> chosen = rows.stream().filter(Row::differs).toList();
    String first =
        chosen.isEmpty()
            ? "<p>All have their default values.</p>\n"
            : "<p>Settings that differ from the defaults.</p>\n<div class=\"card scroll\">\n%s</div>\n"
                .formatted(table(chosen));
    return first + folded(rows);
  }

  /** Settings of which only the values are known, folded. */
  static String values(ObjectNode config) {
    return folded(
        config.properties().stream()
            .filter(entry -> !entry.getValue().isObject())
            .map(entry -> row(entry, null, null))
            .toList());
  }

  private static String folded(List<Row> rows) {
    return """
    <details class="card">
    <summary>All settings <span>(%s)</span></summary>
    <div class="scroll">
    %s</div>
    </details>
    """
        .formatted(rows.size(), table(rows));
  }

  private static String table(List<Row> rows) {
    boolean known = rows.stream().anyMatch(row -> row.standard != null || !row.help.isEmpty());
    return """
    <table>
    <thead><tr><th>Setting</th><th>Value</th>%s</tr></thead>
    <tbody>
    %s</tbody>
    </table>
    """
        .formatted(
            known ? "<th>Default</th><th>Meaning</th>" : "",
            rows.stream().map(row -> html(row, known)).collect(Collectors.joining()));
  }

  private static String html(Row row, boolean known) {
    String meaning =
        "<td class=\"soft\">%s</td><td class=\"soft\">%s</td>"
            .formatted(
                Markup.escape(row.standard() == null ? "" : row.standard()),
                Markup.escape(row.help()));
    return """
    <tr><td class="name"><code>%s</code></td><td><b>%s</b></td>%s</tr>
    """
        .formatted(Markup.escape(row.name()), Markup.escape(row.value()), known ? meaning : "");
  }

  static List<Row> of(Run run) {
    Settings<TrainSettings> train = Settings.of(TrainSettings.class);
    boolean sft = run.kind() == Run.Kind.SFT;
    Map<String, Key> keys =
        (sft ? Settings.of(SftSettings.class) : train)
            .keys().stream().collect(Collectors.toMap(Key::name, Function.identity()));
    // Those of train are worked out, since some follow from others.
    JsonNode defaults = sft ? MissingNode.getInstance() : train.toJson(train.defaults());
    return run.config().properties().stream()
        .map(entry ->
            row(entry, keys.get(entry.getKey()), defaults.optional(entry.getKey()).orElse(null)))
        .toList();
  }

  private static Row row(
      Map.Entry<String, JsonNode> entry, @Nullable Key key, @Nullable JsonNode standard) {
    String defaultText = key == null ? null : key.defaultText();
    return new Row(
        entry.getKey(),
        text(entry.getValue()),
        standard == null ? defaultText : text(standard),
        key == null ? "" : key.help());
  }

  private static String text(JsonNode value) {
    if (value.isFloatingPointNumber()) {
      BigDecimal number = value.decimalValue().stripTrailingZeros();
      return number.scale() < 0 ? number.toPlainString() : number.toString();
    }
    return value.isNull() ? "none" : Markup.plain(value);
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
