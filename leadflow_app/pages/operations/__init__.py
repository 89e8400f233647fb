"""Operations: whether the laws hold, and deliveries that wait for a person."""
