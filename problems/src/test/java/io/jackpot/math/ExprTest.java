package io.jackpot.math;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

class ExprTest {
  private static final Pattern VARIABLE = Pattern.compile("\"([xy])\"");

  @Test
  void variablesAreTheNamesThatAreNotConstants() throws IOException {
    for (JsonNode line : Golden.lines("equality")) {
      String text = line.get("left").toString();
      Expr expr = Golden.expr(line.get("left"));
      assertThat(expr.variables())
          .as(text)
          .isEqualTo(
              VARIABLE.matcher(text).results().map(m -> m.group(1)).collect(Collectors.toSet()));
      assertThat(expr.isConstant()).as(text).isEqualTo(!VARIABLE.matcher(text).find());
    }
    assertThat(new Expr.Sym("oo").variables()).containsExactly("oo");
    assertThat(new Expr.Sym("oo").isConstant()).isFalse();
  }

  @Test
  void anExpressionIsMadeOfItsParts() throws IOException {
    Expr z = new Expr.Sym("z");
    for (JsonNode line : Golden.lines("equality")) {
      Expr expr = Golden.expr(line.get("right"));
      assertThat(expr.withParts(expr.parts())).isEqualTo(expr);
      List<Expr> others = expr.parts().stream().map(part -> z).toList();
      assertThat(expr.withParts(others).parts()).isEqualTo(others);
    }
  }

  @Test
  void aNegatedNumberIsANumber() {
    assertThat(Expr.negate(Expr.num(3))).isEqualTo(Expr.num(-3));
    assertThat(Expr.negate(new Expr.Sym("x")))
        .isEqualTo(Expr.product(Expr.num(-1), new Expr.Sym("x")));
  }
}
