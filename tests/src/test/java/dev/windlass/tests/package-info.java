@org.jspecify.annotations.NullMarked
package dev.windlass.tests;
