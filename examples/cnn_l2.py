"""A small convolutional network that tells the direction of noisy stripes, with an L2 penalty in its loss."""

import torch
import torch.nn.functional as F
from torch import Tensor, nn

CLASSES = 6
SIZE = 20
BATCH = 64
EPOCHS = 5
L2 = 1e-4


class StripeNet(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.features = nn.Sequential(
            nn.Conv2d(1, 16, 5, padding=2), nn.BatchNorm2d(16), nn.ReLU(), nn.MaxPool2d(2),
            nn.Conv2d(16, 32, 3, padding=1), nn.BatchNorm2d(32), nn.ReLU(), nn.AdaptiveAvgPool2d(1),
        )  # fmt: skip
        self.classify = nn.Linear(32, CLASSES)

    def forward(self, images: Tensor) -> Tensor:
        return self.classify(self.features(images).flatten(1))


def stripes(count: int) -> tuple[Tensor, Tensor]:
    """Images of stripes in noise, and the class of their direction."""
    labels = torch.randint(CLASSES, (count,))
    angle = (labels * torch.pi / CLASSES).view(-1, 1, 1)
    phase = 2 * torch.pi * torch.rand(count, 1, 1)
    y, x = torch.meshgrid(torch.arange(SIZE), torch.arange(SIZE), indexing="ij")
    images = torch.sin(x * torch.cos(angle) + y * torch.sin(angle) + phase)
    return (images + 0.5 * torch.randn_like(images)).unsqueeze(1), labels


def train() -> list[float]:
    """The cross-entropy of every epoch."""
    torch.manual_seed(0)
    images, labels = stripes(1024)
    model = StripeNet()
    optimizer = torch.optim.Adam(model.parameters(), lr=2e-3)
    losses = []
    for epoch in range(EPOCHS):
        total = 0.0
        for index in torch.randperm(len(images)).split(BATCH):
            cross_entropy = F.cross_entropy(model(images[index]), labels[index])
            penalty = torch.zeros(())
            for parameter in model.parameters():
                penalty = penalty + parameter.pow(2).sum()
            loss = cross_entropy + L2 / 2 * penalty
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            total += cross_entropy.item() * len(index)
        losses.append(total / len(images))
        print(f"epoch {epoch}  cross-entropy {losses[-1]:.3f}")
    return losses


if __name__ == "__main__":
    train()
