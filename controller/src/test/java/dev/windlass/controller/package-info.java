@NullMarked
package dev.windlass.controller;

import org.jspecify.annotations.NullMarked;
