package io.jackpot.explain;

import java.util.ArrayList;
import java.util.List;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** The answer of {@link Explain} for people: a row for each token, then the losses. */
public final class ExplainTable {
  private ExplainTable() {}

  /** The quantities of a token, by their keys. */
  private enum Column {
    ACCEPT("α", "acceptProbability"),
    MASK("mask", "mask"),
    Z("Z", "z"),
    WEIGHT("w", "obrsWeight"),
    RHO("ρ", "rho"),
    RATIO("ratio", "ratio"),
    PPO("PPO", "ppo"),
    ACTOR_WEIGHT("F", "actorWeight"),
    ACTOR_PPO("PPO_ω", "actorPpo"),
    DISTILL("KL", "distill");

    private final String title;
    private final String key;

    Column(String title, String key) {
      this.title = title;
      this.key = key;
    }
  }

  /**
   * @param input as {@link Explain} reads it
   * @param answer what it answered
   */
  public static String of(ObjectNode input, ObjectNode answer) {
    List<Column> columns = List.of(Column.values());
    List<List<String>> rows = new ArrayList<>();
    List<String> titles = new ArrayList<>(List.of("#", "action", "A"));
    columns.forEach(column -> titles.add(column.title));
    rows.add(titles);
    for (int t = 0; t < answer.get("tokens").size(); t++) {
      JsonNode token = input.get("tokens").get(t);
      JsonNode quantities = answer.get("tokens").get(t);
      List<String> row = new ArrayList<>();
      row.add(Integer.toString(t));
      row.add(token.get("action").toString());
      row.add(TextTable.number(token.get("advantage").doubleValue()));
      columns.forEach(column -> row.add(number(quantities, column.key)));
      rows.add(row);
    }
    return TextTable.of(rows)
        + """


        accepted %s of the tokens, κ %s
        policy loss %s = −mean of mask·ρ·PPO
        actor loss %s = −mean of F·PPO_ω
        distillation %s = mean KL
        total %s = policy loss + actor loss + coefficient · distillation
        """
            .formatted(
                number(answer, "acceptance"),
                number(answer, "kappa"),
                number(answer, "policyLoss"),
                number(answer, "actorLoss"),
                number(answer, "distillLoss"),
                number(answer, "totalLoss"));
  }

  private static String number(JsonNode object, String key) {
    return TextTable.number(object.get(key).doubleValue());
  }
}
