/**
 * The method: each formula once, as plain Java ({@code ObrsTasks}, {@code NormalizerTasks}, {@code
 * LossTasks}), and the joint objective made of them. The kernels that run them on a device are
 * {@code ObrsKernels} and so on, in {@code io.jackpot.tasks}.
 */
@NullMarked
package io.jackpot.objective;

import org.jspecify.annotations.NullMarked;
