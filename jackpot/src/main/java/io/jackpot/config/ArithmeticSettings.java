package io.jackpot.config;

/** The settings of generated arithmetic problems. */
public record ArithmeticSettings(
    @Setting(
            group = Group.DATA,
            value = "5",
            min = 1,
            max = 100,
            help = "operations of an arithmetic problem")
        int operations,
    @Setting(value = "10", min = 2, max = 10, help = "modulus of an arithmetic problem")
        int modulus) {}
