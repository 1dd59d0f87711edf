package io.jackpot.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.apache.commons.statistics.interval.Interval;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.node.JsonNodeFactory;

class NumbersTest {
  // scipy.stats.binomtest(k, n).proportion_ci(method="wilson")
  @ParameterizedTest
  @CsvSource({
    "461, 512, 0.871394, 0.923424",
    "0, 10, 0, 0.277533",
    "10, 10, 0.722467, 1",
    "1, 2, 0.094531, 0.905469"
  })
  void wilson(int k, int n, double low, double high) {
    Interval interval = Numbers.wilson(k / (double) n, n);
    assertThat(interval.getLowerBound()).isCloseTo(low, within(1e-6));
    assertThat(interval.getUpperBound()).isCloseTo(high, within(1e-6));
  }

  @Test
  void whatALineLacksIsNotANumber() {
    var line = JsonNodeFactory.instance.objectNode().put("a", 2).putNull("b").put("c", "3");
    assertThat(Numbers.of(line, "a")).isEqualTo(2);
    assertThat(Numbers.of(line, "b")).isNaN();
    assertThat(Numbers.of(line, "c")).isNaN();
    assertThat(Numbers.of(line, "d")).isNaN();
  }

  @ParameterizedTest
  @CsvSource({
    "0.91249, 0.912",
    "-0.0001, 0.000",
    "-0.5, -0.500",
    "0, 0.000",
    "1234.5678, 1234.568",
    "123456, 1.2e+05",
    "NaN, –",
    "Infinity, –"
  })
  void fixed(double value, String text) {
    assertThat(Numbers.fixed(value, 3)).isEqualTo(text);
  }

  @ParameterizedTest
  @CsvSource({
    "0, 0",
    "950, 950",
    "999.4, 999",
    "999.6, 1k",
    "3120, 3.12k",
    "336000, 336k",
    "999600, 1M",
    "-1200000, -1.2M",
    "0.25, 0.25",
    "NaN, –"
  })
  void si(double value, String text) {
    assertThat(Numbers.si(value)).isEqualTo(text);
  }

  @ParameterizedTest
  @CsvSource({
    "0, 0",
    "100, 100",
    "1200, 1200",
    "0.5, 0.5",
    "0.00031, 0.00031",
    "0.0000301, 3.01e-05",
    "0.0000300, 3e-05",
    "1e-20, 1e-20",
    "33.333, 33.3",
    "-2.5, -2.5",
    "1234567, 1.23e+06",
    "NaN, –"
  })
  void significant(double value, String text) {
    assertThat(Numbers.significant(value)).isEqualTo(text);
  }

  @ParameterizedTest
  @CsvSource({
    "0, 0",
    "7, 7",
    "-3, -3",
    "0.9, 0.900",
    "-0.0123, -0.0123",
    "33.333, 33.3",
    "0.0003, 0.0003",
    "18414, 18.4k",
    "NaN, –",
    "Infinity, –"
  })
  void shown(double value, String text) {
    assertThat(Numbers.shown(value)).isEqualTo(text);
  }

  @ParameterizedTest
  @CsvSource({
    "0, 0:00",
    "-3, 0:00",
    "59.6, 1:00",
    "725, 12:05",
    "3753, 1:02:33",
    "356400, 4d03h",
    "NaN, –",
    "Infinity, –"
  })
  void duration(double seconds, String text) {
    assertThat(Numbers.duration(seconds)).isEqualTo(text);
  }
}
