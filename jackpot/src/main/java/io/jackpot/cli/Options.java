package io.jackpot.cli;

import io.jackpot.config.Key;
import io.jackpot.config.Settings;
import io.jackpot.input.Names;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.ParseResult;

/** The options of a command from its settings record, and the values given for them. */
final class Options {
  private Options() {}

  /**
   * Adds an option for each setting. A boolean {@code x} is set by {@code --x} and {@code --no-x}.
   */
  static void add(CommandSpec command, Settings<?> settings) {
    for (Key key : settings.keys()) {
      OptionSpec.Builder option = OptionSpec.builder(key.flag()).description(description(key));
      command.addOption(
          key.type() == boolean.class
              ? option.type(boolean.class).arity("0").negatable(true).build()
              : option.type(String.class).paramLabel(label(key)).build());
    }
    for (String name : settings.refused()) {
      command.addOption(
          OptionSpec.builder(Names.flag(name))
              .type(String.class)
              .arity("0..1")
              .hidden(true)
              .build());
    }
  }

  /** The keys that were given on the command line, the refused ones too, with their texts. */
  static Map<String, String> given(ParseResult parsed, Settings<?> settings) {
    Map<String, String> given = new LinkedHashMap<>();
    for (Key key : settings.keys()) {
      if (parsed.hasMatchedOption(key.flag())) {
        given.put(key.name(), parsed.<Object>matchedOptionValue(key.flag(), "").toString());
      }
    }
    for (String name : settings.refused()) {
      if (parsed.hasMatchedOption(Names.flag(name))) {
        given.put(name, "");
      }
    }
    return given;
  }

  private static String description(Key key) {
    String text = key.defaultText();
    String description = key.help() + (text == null ? " (required)" : " (default: " + text + ")");
    return description.replace("%", "%%");
  }

  private static String label(Key key) {
    if (key.type().isEnum()) {
      return "NAME";
    }
    if (key.type() == String.class) {
      return "TEXT";
    }
    return key.type() == List.class ? "N,N" : "N";
  }
}
