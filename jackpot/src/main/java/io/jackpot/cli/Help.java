package io.jackpot.cli;

/**
 * What a command is called and says of itself.
 *
 * @param name of the command
 * @param description a line
 * @param all whether its help shows every setting, or the common ones
 */
record Help(String name, String description, boolean all) {}
