package io.jackpot.explain;

import java.util.ArrayList;
import java.util.List;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** The answer of {@link Simulate} for people. */
public final class SimulateTable {
  private SimulateTable() {}

  public static String of(ObjectNode answer) {
    List<List<String>> rows = new ArrayList<>();
    rows.add(List.of("", "", "", "KL(policy‖·)", "", "", "KL(·‖policy)", ""));
    rows.add(List.of("noise", "λ", "accepted", "actor", "accepted", "ratio", "actor", "accepted"));
    for (JsonNode row : answer.get("rows")) {
      rows.add(
          List.of(
              number(row, "noise"),
              number(row, "lambda"),
              number(row, "acceptance"),
              number(row, "klBefore"),
              number(row, "klAfter"),
              number(row, "reduction"),
              number(row, "klReverseBefore"),
              number(row, "klReverseAfter")));
    }
    return TextTable.of(rows) + "\n\n" + answer.get("model").stringValue() + "\n";
  }

  private static String number(JsonNode row, String key) {
    JsonNode value = row.get(key);
    return value.isNull() ? "-" : TextTable.number(value.doubleValue());
  }
}
