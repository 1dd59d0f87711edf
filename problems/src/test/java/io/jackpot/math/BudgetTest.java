package io.jackpot.math;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.math.BigInteger;
import java.util.List;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

class BudgetTest {
  @Test
  void allOfItCanBeSpentAndNoMore() {
    Budget budget = new Budget(10);
    budget.spend(4);
    budget.spend(6);
    assertThat(budget.spent()).isEqualTo(10);
    assertThatThrownBy(() -> budget.spend(1))
        .isInstanceOf(MathException.class)
        .hasMessage("too much work");
  }

  @Test
  void whatIsTooExpensiveLeavesNothing() {
    Budget budget = new Budget(10);
    assertThatThrownBy(() -> budget.spend(Long.MAX_VALUE)).isInstanceOf(MathException.class);
    assertThat(budget.spent()).isEqualTo(10);
    assertThatThrownBy(() -> budget.spend(1)).isInstanceOf(MathException.class);
  }

  @Test
  void aProductCostsTheWordsOfItsFactorsMultiplied() {
    Budget budget = new Budget(1_000);
    budget.spendProduct(BigInteger.ONE.shiftLeft(64 * 9), BigInteger.ONE.shiftLeft(64 * 4));
    assertThat(budget.spent()).isEqualTo(10 * 5);
  }

  /** The same work costs the same, and one operation less than that is not enough for it. */
  @Test
  void workEndsAtTheSamePlaceEachTime() throws IOException {
    for (JsonNode line : Golden.lines("equality").subList(0, 60)) {
      Expr left = Golden.expr(line.get("left"));
      Expr right = Golden.expr(line.get("right"));
      Budget first = Golden.budget();
      new Equality(first).equal(left, right);
      long cost = first.spent();
      Budget exact = new Budget(cost);
      new Equality(exact).equal(left, right);
      assertThat(exact.spent()).isEqualTo(cost);
      if (cost > 0) {
        Budget less = new Budget(cost - 1);
        assertThatThrownBy(() -> new Equality(less).equal(left, right))
            .as(line.toString())
            .isInstanceOf(MathException.class);
        assertThat(less.spent()).isEqualTo(cost - 1);
      }
    }
  }

  @Test
  void workThatGrowsIsStopped() {
    Expr x = new Expr.Sym("x");
    Expr sum = Expr.sum(x, new Expr.Sym("y"), new Expr.Sym("z"), Expr.num(1));
    Expr tower = new Expr.Power(Expr.num(2), Expr.num(20_000));
    for (Expr expr :
        List.of(
            new Expr.Power(sum, Expr.num(400)),
            Expr.call("sin", new Expr.Power(sum, Expr.num(300))),
            Expr.sum(
                Expr.divide(Expr.num(1), new Expr.Power(sum, Expr.num(90))),
                Expr.divide(x, new Expr.Power(Expr.sum(x, x, Expr.num(3)), Expr.num(90)))),
            Expr.product(tower, tower, tower))) {
      Budget budget = new Budget(2_000_000);
      assertThatThrownBy(() -> new Equality(budget).equal(expr, x))
          .isInstanceOf(MathException.class);
      assertThat(budget.spent()).isLessThanOrEqualTo(2_000_000);
    }
  }
}
