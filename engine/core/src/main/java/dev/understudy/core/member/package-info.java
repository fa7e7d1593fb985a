/// Nodes, epochs, generations and the register: who may serve. Pure; uses java.base only.
@NullMarked
package dev.understudy.core.member;

import org.jspecify.annotations.NullMarked;
