/** Where ops run: the CPU or a device, what a device needs in memory and how it multiplies. */
@NullMarked
package io.jackpot.devices;

import org.jspecify.annotations.NullMarked;
