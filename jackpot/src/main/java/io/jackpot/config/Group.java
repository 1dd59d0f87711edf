package io.jackpot.config;

/** The part of {@code --help} that a setting is in; parts are shown in this order. */
public enum Group {
  RUN("Run"),
  MODELS("Models"),
  DATA("Data"),
  SAMPLING("Sampling"),
  METHOD("Method"),
  OPTIMIZER("Optimizer"),
  DEVICE("Device");

  private final String title;

  Group(String title) {
    this.title = title;
  }

  /** Its heading. */
  public String title() {
    return title;
  }
}
